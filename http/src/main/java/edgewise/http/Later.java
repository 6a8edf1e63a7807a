package edgewise.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A response that is not known yet: what it depends on, and what filters then make of it, in this
 * order.
 */
record Later(Awaited awaited, List<UnaryOperator<Response>> changes) implements Body {
  /** What it depends on: the whole body, which a {@link Callee} wants, or an answer. */
  sealed interface Awaited permits Callee, Answer {}

  /** Somebody answers, and receives the body meanwhile if there is a receiver. */
  record Answer(CompletionStage<Response> answer, @Nullable BodyReceiver receiver)
      implements Awaited {}

  Later with(UnaryOperator<Response> change) {
    var more = new ArrayList<>(changes);
    more.add(change);
    return new Later(awaited, List.copyOf(more));
  }

  /** The response that was waited for, as the filters want it; may again be one to wait for. */
  Response finish(Response response) {
    Response changed = response;
    for (int i = 0; i < changes.size(); i++) { // mostly none, and then no garbage
      changed = changed.map(changes.get(i));
    }
    return changed;
  }

  /** Whatever still comes is let go when it has come. */
  @Override
  public void release(@Nullable Throwable why) {
    if (awaited instanceof Answer(CompletionStage<Response> answer, BodyReceiver _)) {
      var gone = new IOException("nobody waits for the response any more", why);
      answer.whenComplete((response, failure) -> {
        if (response != null) {
          response.release(gone);
        }
      });
    }
  }

  @Override
  public long length() {
    throw new IllegalStateException("the response is not known yet; use map to change it");
  }
}
