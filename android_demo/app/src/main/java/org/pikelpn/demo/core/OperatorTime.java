package org.pikelpn.demo.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long one operator computes in a run, as the runtime tells. */
public final class OperatorTime {
    private final String name;
    private final int index;
    private final boolean insideDelegate;
    private final double milliseconds;

    /**
     * Describes an operator.
     *
     * @param index its place among the model's operators, or among those of its delegate
     * @param insideDelegate whether a delegate such as XNNPACK runs it and gives it its name
     * @param milliseconds mean over the runs
     */
    public OperatorTime(String name, int index, boolean insideDelegate, double milliseconds) {
        this.name = name;
        this.index = index;
        this.insideDelegate = insideDelegate;
        this.milliseconds = milliseconds;
    }

    public String name() {
        return name;
    }

    public boolean insideDelegate() {
        return insideDelegate;
    }

    public double milliseconds() {
        return milliseconds;
    }

    /** Time of all operators together. */
    public static double total(List<OperatorTime> operators) {
        double total = 0;
        for (OperatorTime operator : operators) {
            total += operator.milliseconds;
        }
        return total;
    }

    /** The operators as JSON. */
    public static List<Object> json(List<OperatorTime> operators) {
        List<Object> list = new ArrayList<>();
        for (OperatorTime operator : operators) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", operator.name);
            map.put("index", operator.index);
            map.put("inside_delegate", operator.insideDelegate);
            map.put("mean_ms", operator.milliseconds);
            list.add(map);
        }
        return list;
    }
}
