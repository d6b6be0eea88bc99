package org.pikelpn.demo.core;

/** The device in words, as results name it. */
public final class DeviceInfo {
    private final String name;
    private final String system;
    private final String processor;
    private final String abi;
    private final int cores;

    public DeviceInfo(String name, String system, String processor, String abi, int cores) {
        this.name = name;
        this.system = system;
        this.processor = processor;
        this.abi = abi;
        this.cores = cores;
    }

    public String name() {
        return name;
    }

    /** Operating system and its version. */
    public String system() {
        return system;
    }

    public String processor() {
        return processor;
    }

    public String abi() {
        return abi;
    }

    public int cores() {
        return cores;
    }
}
