package edgewise.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a test, and says why, where one of these programs is missing. {@code .ci/run} has all. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Found.class)
@interface Needs {
  String[] value();

  /** Looks for them. */
  final class Found implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Needs needs = context.getElement().map(on -> on.getAnnotation(Needs.class)).orElse(null);
      return Arrays.stream(needs == null ? new String[0] : needs.value())
          .filter(program -> Programs.find(program) == null)
          .findFirst()
          .map(missing -> ConditionEvaluationResult.disabled("there is no " + missing))
          .orElseGet(() -> ConditionEvaluationResult.enabled("all there"));
    }
  }
}
