package org.pikelpn.demo.device;

/** There is no camera to use; the message is a sentence for the user. */
public final class CameraException extends Exception {
    private static final long serialVersionUID = 1;

    CameraException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
