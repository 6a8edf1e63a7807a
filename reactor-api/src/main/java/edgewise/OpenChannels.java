package edgewise;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open channels of a loop, in no order. Intrusive: a channel costs two references. */
final class OpenChannels {
  private @Nullable Channel first;

  void add(Channel channel) {
    channel.nextOpen = first;
    if (first != null) {
      first.previousOpen = channel;
    }
    first = channel;
  }

  /** Takes the channel out; it must be in. */
  void remove(Channel channel) {
    if (channel.nextOpen != null) {
      channel.nextOpen.previousOpen = channel.previousOpen;
    }
    if (channel.previousOpen != null) {
      channel.previousOpen.nextOpen = channel.nextOpen;
    } else {
      first = channel.nextOpen;
    }
    channel.previousOpen = null;
    channel.nextOpen = null;
  }

  /** A copy, so that channels may close, and open others, while it is gone through. */
  List<Channel> all() {
    var all = new ArrayList<Channel>();
    for (Channel channel = first; channel != null; channel = channel.nextOpen) {
      all.add(channel);
    }
    return all;
  }
}
