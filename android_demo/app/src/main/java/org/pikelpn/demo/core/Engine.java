package org.pikelpn.demo.core;

/** Something that computes .tflite files. */
public interface Engine {
    /**
     * Loads a model.
     *
     * @throws ModelException with a sentence for the user, if the file or the options do not fit
     */
    Session open(ModelFile model, EngineOptions options) throws ModelException;

    /** Name and version of the runtime. */
    String runtime();
}
