package edgewise.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that runs once per mode and family; its parameter is the {@link Rig}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(EveryMode.class)
@interface Contract {
  Mode[] modes() default {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT, Mode.SELECT};

  /** Also on epoll with no trigger named, where listeners are another thing than connections. */
  boolean alsoByDefault() default false;

  Family[] families() default {Family.TCP, Family.UNIX};
}
