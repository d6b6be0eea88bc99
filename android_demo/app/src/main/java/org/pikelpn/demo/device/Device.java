package org.pikelpn.demo.device;

import android.app.ActivityManager;
import android.content.Context;
import android.os.Build;
import android.os.Debug;
import android.os.PowerManager;
import android.os.SystemClock;
import java.util.Locale;
import org.pikelpn.demo.core.DeviceInfo;
import org.pikelpn.demo.core.Probe;

/** What Android tells of the device: its name, its memory, its heat. */
public final class Device implements Probe {
    private static final long KIBIBYTE = 1024;
    // Asking costs more than a run of a small model.
    private static final long HEAT_LASTS_MS = 500;

    private final Context context;
    private int heat = -1;
    private long heatAsked = -HEAT_LASTS_MS;

    public Device(Context context) {
        this.context = context.getApplicationContext();
    }

    /** The device in words. */
    public DeviceInfo info() {
        String processor = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S
                ? Build.SOC_MANUFACTURER + " " + Build.SOC_MODEL : Build.HARDWARE;
        String abi = Build.SUPPORTED_ABIS.length == 0 ? "unknown" : Build.SUPPORTED_ABIS[0];
        return new DeviceInfo(Build.MANUFACTURER + " " + Build.MODEL,
                "Android " + Build.VERSION.RELEASE + " (API " + Build.VERSION.SDK_INT + ")",
                processor, abi, Runtime.getRuntime().availableProcessors());
    }

    /** All of the device's memory in words. */
    public String totalMemory() {
        ActivityManager.MemoryInfo memory = new ActivityManager.MemoryInfo();
        context.getSystemService(ActivityManager.class).getMemoryInfo(memory);
        return String.format(Locale.ROOT, "%.1f GB", memory.totalMem / 1e9);
    }

    @Override
    public long memory() {
        return Debug.getPss() * KIBIBYTE;
    }

    @Override
    public int thermalStatus() {
        long now = SystemClock.elapsedRealtime();
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q && now - heatAsked >= HEAT_LASTS_MS) {
            heat = context.getSystemService(PowerManager.class).getCurrentThermalStatus();
            heatAsked = now;
        }
        return heat;
    }
}
