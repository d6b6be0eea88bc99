"""Reading .tflite files, by whomever: broken ones too, which cost no more than an error."""
