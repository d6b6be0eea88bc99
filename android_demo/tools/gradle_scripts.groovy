/* Runs Gradle scripts without Gradle: prints every call and assignment that they make. */
import org.codehaus.groovy.control.CompilerConfiguration

class Recorder {
    private final String path

    Recorder(String path) {
        this.path = path
    }

    private String inside(String name) {
        return path ? path + '.' + name : name
    }

    def methodMissing(String name, Object arguments) {
        def inner = new Recorder(inside(name))
        def values = arguments as List
        if (values && values.last() instanceof Closure) {
            Closure block = values.last()
            block.delegate = inner
            block.resolveStrategy = Closure.DELEGATE_ONLY
            block.call()
        } else {
            println "${inner} ${values.join(' ')}"
        }
        return inner
    }

    def propertyMissing(String name) {
        return new Recorder(inside(name))
    }

    def propertyMissing(String name, Object value) {
        println "${inside(name)} = ${value}"
    }

    String toString() {
        return path
    }
}

def configuration = new CompilerConfiguration()
configuration.scriptBaseClass = DelegatingScript.name
def shell = new GroovyShell(configuration)
args.each { file ->
    println "# ${new File(file).name}"
    DelegatingScript script = shell.parse(new File(file))
    script.setDelegate(new Recorder(''))
    script.run()
}
