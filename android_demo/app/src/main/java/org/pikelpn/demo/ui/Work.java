package org.pikelpn.demo.ui;

import android.os.Handler;
import android.os.Looper;
import org.pikelpn.demo.core.ModelException;
import org.pikelpn.demo.core.Progress;

/**
 * Something that takes a while, on a thread of its own. It outlives the activity's rotation: the
 * new activity takes the old one's place as listener.
 *
 * @param <T> what comes out
 */
abstract class Work<T> implements Progress {
    /** Hears of the work on the main thread. */
    interface Listener {
        /** The work went on or ended. */
        void onWork();
    }

    private final Handler main = new Handler(Looper.getMainLooper());
    private final Runnable notifier = new Runnable() {
        @Override
        public void run() {
            if (listener != null) {
                listener.onWork();
            }
        }
    };
    // On the main thread only.
    private Listener listener;
    private volatile boolean stopped;
    private volatile double share;
    private volatile boolean done;
    private T result;
    private String error;

    /** Does the work, on its thread. */
    abstract T compute() throws ModelException;

    void start() {
        new Thread("work") {
            @Override
            public void run() {
                try {
                    result = compute();
                } catch (ModelException failure) {
                    error = failure.getMessage();
                } catch (OutOfMemoryError failure) {
                    error = "The model needs more memory than this device has.";
                }
                done = true;
                main.post(notifier);
            }
        }.start();
    }

    /** Takes the place of the listener before; null for none. */
    void listen(Listener next) {
        listener = next;
    }

    void stop() {
        stopped = true;
    }

    boolean isDone() {
        return done;
    }

    /** Share of the work that is done, 0 to 1. */
    double share() {
        return share;
    }

    /** What came out, null where it failed. */
    T result() {
        return done ? result : null;
    }

    /** Why it failed, in a sentence; null where it did not. */
    String error() {
        return done ? error : null;
    }

    @Override
    public boolean goOn(double now) {
        // A hundred notes at most: the main thread must not slow what is measured.
        if (now - share >= 0.01) {
            share = now;
            main.post(notifier);
        }
        return !stopped;
    }
}
