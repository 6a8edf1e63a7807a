package edgewise.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link Contract} once per mode and family, each time with a new {@link Rig}. */
final class EveryMode implements TestTemplateInvocationContextProvider {
  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    Contract contract = context.getRequiredTestMethod().getAnnotation(Contract.class);
    var all = new ArrayList<TestTemplateInvocationContext>();
    var modes = new ArrayList<>(List.of(contract.modes()));
    if (contract.alsoByDefault()) {
      modes.add(Mode.EPOLL_DEFAULT);
    }
    for (Mode mode : modes) {
      for (Family family : contract.families()) {
        all.add(new Invocation(mode, family));
      }
    }
    return all.stream();
  }

  private record Invocation(Mode mode, Family family) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int index) {
      return mode + " " + family;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return List.of(new RigOwner(mode, family));
    }
  }

  private static final class RigOwner implements ParameterResolver, AfterEachCallback {
    private final Mode mode;
    private final Family family;
    private @Nullable Rig rig;

    RigOwner(Mode mode, Family family) {
      this.mode = mode;
      this.family = family;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Rig.class;
    }

    @Override
    public Rig resolveParameter(ParameterContext parameter, ExtensionContext context) {
      rig = new Rig(mode, family);
      return rig;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
      if (rig != null) {
        rig.close();
      }
    }
  }
}
