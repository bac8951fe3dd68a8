import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Parses each file; prints every syntax error, and for each parseString(…) its text in hex. */
class Parse {
    public static void main(String[] files) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        var manager = compiler.getStandardFileManager(problems, null, StandardCharsets.UTF_8);
        var units = manager.getJavaFileObjects(List.of(files).stream().map(Path::of).toArray(Path[]::new));
        var task = (JavacTask) compiler.getTask(null, manager, problems, List.of("-proc:none"), null, units);
        for (CompilationUnitTree unit : task.parse()) {
            var name = Path.of(unit.getSourceFile().toUri()).getFileName();
            new TreeScanner<Void, Void>() {
                @Override
                public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                    if (call.getMethodSelect().toString().endsWith("parseString")) {
                        var text = (String) ((LiteralTree) call.getArguments().get(0)).getValue();
                        var hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
                        System.out.println("text " + name + " " + hex);
                    }
                    return super.visitMethodInvocation(call, nothing);
                }
            }.scan(unit, null);
        }
        for (Diagnostic<?> problem : problems.getDiagnostics()) {
            System.out.println("error " + problem);
        }
    }
}
