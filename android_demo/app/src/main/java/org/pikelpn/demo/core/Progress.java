package org.pikelpn.demo.core;

/** Hears of a running benchmark and may end it; called on the measuring thread. */
public interface Progress {
    /**
     * Called between runs, never inside a measured time.
     *
     * @param share 0 to 1
     * @return false to stop
     */
    boolean goOn(double share);

    /** Hears nothing, stops nothing. */
    Progress NONE = new Progress() {
        @Override
        public boolean goOn(double share) {
            return true;
        }
    };
}
