package edgewise.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of tests that runs once per mode, each time with a server of its own, which serves the
 * {@link SampleFiles}; a test has it as its parameter, a {@link Site}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(EverySite.class)
@interface LiveTest {
  Mode[] modes() default {Mode.EPOLL_EDGE, Mode.EPOLL_LEVEL, Mode.SELECT};
}
