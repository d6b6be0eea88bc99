package org.pikelpn.demo.core;

/** What is wrong with a model or its computation, in one sentence for the user. */
public class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    public ModelException(String sentence) {
        super(sentence);
    }

    public ModelException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
