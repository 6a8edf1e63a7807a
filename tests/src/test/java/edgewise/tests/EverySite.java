package edgewise.tests;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Runs a {@link LiveTest} once per mode, each time with a new {@link Site}. */
final class EverySite implements ClassTemplateInvocationContextProvider {
  @Override
  public boolean supportsClassTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
      ExtensionContext context) {
    LiveTest test = context.getRequiredTestClass().getAnnotation(LiveTest.class);
    return Arrays.stream(test.modes()).map(Invocation::new);
  }

  private record Invocation(Mode mode) implements ClassTemplateInvocationContext {
    @Override
    public String getDisplayName(int index) {
      return mode.toString();
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new SiteOwner(mode));
    }
  }

  private static final class SiteOwner
      implements ParameterResolver,
          BeforeClassTemplateInvocationCallback,
          AfterClassTemplateInvocationCallback {
    private final Mode mode;
    private @Nullable Site site;

    SiteOwner(Mode mode) {
      this.mode = mode;
    }

    @Override
    public void beforeClassTemplateInvocation(ExtensionContext context) throws Exception {
      site = Site.ofSampleFiles(mode);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Site.class;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return site;
    }

    @Override
    public void afterClassTemplateInvocation(ExtensionContext context) {
      if (site != null) {
        site.close();
      }
    }
  }
}
