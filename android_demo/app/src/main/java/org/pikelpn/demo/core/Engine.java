package org.pikelpn.demo.core;

import java.util.List;

/** Something that computes .tflite files. */
public interface Engine {
    /**
     * Loads a model.
     *
     * @throws ModelException with a sentence for the user, if the file or the options do not fit
     */
    Session open(ModelFile model, EngineOptions options) throws ModelException;

    /**
     * Measures each operator, on inputs of zeros.
     *
     * @param runs how many runs to take the mean of
     * @return the operators in the order in which they run
     * @throws ModelException with a sentence, if the engine cannot tell or the model does not run
     */
    List<OperatorTime> profile(ModelFile model, EngineOptions options, int runs)
            throws ModelException;

    /** Name and version of the runtime. */
    String runtime();
}
