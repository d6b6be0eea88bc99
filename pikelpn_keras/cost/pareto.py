"""Which models are worth their cost."""


def pareto_front(points):
    """The points that no other beats: none costs as little and is as accurate.

    Args:
        points: list of (cost, accuracy).

    Returns:
        list of the indices of the points on the front, cheapest first. Of equal points the first
        is on it.

    Example:

    >>> pareto_front([(10, 0.7), (20, 0.6), (20, 0.9), (5, 0.1)])
    [3, 0, 2]
    """
    front, best = [], float("-inf")
    for index in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1])):
        if points[index][1] > best:
            front.append(index)
            best = points[index][1]
    return front
