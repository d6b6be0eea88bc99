"""The tables of a `CostReport`, and the same as a dict."""

import dataclasses

from pikelpn_keras.cost.operations import MAC
from pikelpn_keras.cost.tables import Column, Table, number, percent, rounded, words


def report_tables(report):
    """The `Table`s of a `CostReport`, that of its layers first."""
    tables = [_layers(report), _parts(report), _operations(report), _macs(report), _memory(report)]
    if report.workload.unknown:
        rows = tuple((entry,) for entry in report.workload.unknown)
        tables.append(Table("Unknown and not counted", (Column("layer", words),), rows))
    return tables


def report_dict(report):
    """What a `CostReport` knows, of what JSON can hold: costs in its unit, memory in bits."""
    return {
        "name": report.name,
        "cost_model": report.cost_model.name,
        "unit": report.cost_model.unit,
        "macs": report.workload.mac_count,
        "ace": report.ace,
        "cost": report.cost,
        "parts": report.parts,
        "elementwise": report.elementwise,
        "elementwise_share": report.elementwise_share,
        "counts": report.counts,
        "mac_formats": {
            " x ".join(map(str, formats)): count for formats, count in report.mac_counts.items()
        },
        "weight_bits": {str(bits): count for bits, count in report.weight_bits.items()},
        "storage_bits": dataclasses.asdict(report.workload.storage),
        "peak_activation_bits": report.workload.peak_activation_bits,
        "layers": [_layer_dict(entry) for entry in report.layers],
        "unknown": list(report.workload.unknown),
    }


def _layer_dict(entry):
    layer = entry.layer
    return {
        "name": layer.name,
        "kind": layer.kind,
        "outputs": [
            {"shape": list(tensor.shape), "format": str(tensor.format)} for tensor in layer.outputs
        ],
        "macs": entry.macs,
        "ace": entry.ace,
        "cost": entry.cost,
        "parts": entry.parts,
        "storage_bits": dataclasses.asdict(layer.work.storage),
        "operations": [
            {
                "kind": operations.kind,
                "operands": [str(operand) for operand in operations.operands],
                "count": operations.count,
                "part": operations.part,
            }
            for operations in layer.work.operations
        ],
    }


def _layers(report):
    parts = tuple(report.parts)
    columns = (
        Column("layer", words),
        Column("kind", words),
        Column("output", words),
        Column("MACs of", words),
        Column("MACs", rounded),
        Column("ACE", rounded),
        *(Column(part, rounded) for part in parts),
        Column("cost", rounded),
        Column("share", percent),
        Column("bytes", number),
    )
    rows = tuple(_layer_row(entry, parts, report.cost) for entry in report.layers)
    return Table("Layers", columns, (*rows, _total_row(report)))


def _layer_row(entry, parts, total):
    layer = entry.layer
    return (
        layer.name,
        layer.kind,
        "x".join(map(str, layer.output.shape)) if layer.output else None,
        ", ".join(" x ".join(map(str, m.operands[:2])) for m in layer.work.macs),
        entry.macs,
        entry.ace,
        *(entry.parts.get(part, 0) for part in parts),
        entry.cost,
        entry.cost / total if total else 0.0,
        _bytes(layer.work.storage.bits),
    )


def _total_row(report):
    return (
        *("total", "", "", ""),
        report.workload.mac_count,
        report.ace,
        *report.parts.values(),
        report.cost,
        1.0 if report.cost else 0.0,
        _bytes(report.workload.storage.bits),
    )


def _parts(report):
    halves = [(part, cost) for part, cost in report.parts.items() if part != MAC]
    rows = [(MAC, report.parts.get(MAC, 0)), ("elementwise", report.elementwise)]
    rows += [(f"  {part}", cost) for part, cost in halves]
    total = report.cost
    rows.append(("all", total))
    columns = (Column("part", words), Column("cost", number), Column("share", percent))
    shares = tuple((part, cost, cost / total if total else 0.0) for part, cost in rows)
    return Table("Parts of the cost", columns, shares)


def _operations(report):
    columns = (Column("operation", words), Column("in MACs", number), Column("elsewhere", number))
    macs, others = report.counts[MAC], report.counts["elementwise"]
    kinds = [*macs, *(kind for kind in others if kind not in macs)]
    rows = tuple((kind, macs.get(kind, 0), others.get(kind, 0)) for kind in kinds)
    return Table("Operations, zero weights left out", columns, rows)


def _macs(report):
    rows = [
        (f"MACs, {' x '.join(map(str, formats))}", count, count * formats[0].bits * formats[1].bits)
        for formats, count in report.mac_counts.items()
    ]
    rows.append(("all MACs", report.workload.mac_count, report.ace))
    rows += [(f"weights of {bits} bits", count, None) for bits, count in report.weight_bits.items()]
    columns = (Column("of", words), Column("count", number), Column("ACE", number))
    return Table("MACs by formats and weights by bits", columns, tuple(rows))


def _memory(report):
    storage = dataclasses.asdict(report.workload.storage)
    rows = [(name, _bytes(bits)) for name, bits in storage.items() if bits]
    rows.append(("all constants", _bytes(sum(storage.values()))))
    peak = report.workload.peak_activation_bits
    if peak is not None:
        rows.append(("activations at their peak", _bytes(peak)))
    return Table("Memory", (Column("of", words), Column("bytes", number)), tuple(rows))


def _bytes(bits):
    return -(-bits // 8)
