package edgewise;

import edgewise.spi.Backend;
import org.jspecify.annotations.Nullable;

/**
 * What options ask of the backend and of the address; refused before anything is opened. One per
 * loop, and the same for ever.
 */
final class Requirements {
  private final Backend backend;

  /** The mode that the options of the loop name. */
  private final @Nullable Trigger named;

  /** The mode of channels that name none. */
  final Trigger trigger;

  Requirements(Backend backend, @Nullable Trigger named) {
    this.backend = backend;
    this.named = named;
    this.trigger = named == null ? backend.defaultTrigger() : named;
    check(trigger);
  }

  /** The mode of a channel whose options name this one, or none. */
  Trigger triggerOr(@Nullable Trigger asked) {
    if (asked == null || asked == trigger) {
      return trigger;
    }
    check(asked);
    return asked;
  }

  /** A listener is drained by asking again and again only where that was asked for. */
  Trigger listenerTrigger(@Nullable Trigger asked) {
    return asked == null && named == null ? Trigger.LEVEL : triggerOr(asked);
  }

  private void check(Trigger asked) {
    if (asked != Trigger.LEVEL && !backend.has(Backend.Feature.TRIGGERS)) {
      throw backend.lacks("trigger mode " + asked);
    }
  }

  void check(Backend.Feature feature, String name) {
    if (!backend.has(feature)) {
      throw backend.lacks(name);
    }
  }

  void check(ListenOptions how) {
    triggerOr(how.trigger());
    check(how.connections());
    if (how.peerFilter() != null) {
      check(Backend.Feature.PEER_CREDENTIALS, "a peerFilter");
    }
  }

  void check(ListenOptions how, Endpoint endpoint) {
    check(how);
    checkAddress(how.connections(), endpoint);
    if (how.peerFilter() != null) {
      checkUnix(endpoint, "a peerFilter");
    }
  }

  void check(ConnectionOptions how) {
    triggerOr(how.trigger());
    if (how.type() == SocketType.SEQPACKET) {
      check(Backend.Feature.SEQPACKET, "SEQPACKET");
    }
    if (how.maxDescriptors() > 0) {
      check(Backend.Feature.DESCRIPTORS, "receiving descriptors");
    }
    if (how.passCredentials()) {
      check(Backend.Feature.PEER_CREDENTIALS, "passCredentials");
    }
  }

  void check(ConnectionOptions how, Endpoint remote) {
    check(how);
    checkAddress(how, remote);
  }

  private static void checkAddress(ConnectionOptions how, Endpoint endpoint) {
    if (how.type() == SocketType.SEQPACKET) {
      checkUnix(endpoint, "SEQPACKET");
    }
    if (how.maxDescriptors() > 0) {
      checkUnix(endpoint, "maxDescriptors");
    }
    if (how.passCredentials()) {
      checkUnix(endpoint, "passCredentials");
    }
  }

  void check(DatagramOptions how) {
    triggerOr(how.trigger());
    if (how.maxDescriptors() > 0) {
      check(Backend.Feature.DESCRIPTORS, "receiving descriptors");
    }
    if (how.passCredentials()) {
      check(Backend.Feature.PEER_CREDENTIALS, "passCredentials");
    }
  }

  void check(DatagramOptions how, @Nullable Endpoint local, @Nullable Endpoint remote) {
    check(how);
    checkAddress(how, local);
    checkAddress(how, remote);
  }

  private static void checkAddress(DatagramOptions how, @Nullable Endpoint endpoint) {
    if (endpoint != null && how.maxDescriptors() > 0) {
      checkUnix(endpoint, "maxDescriptors");
    }
    if (endpoint != null && how.passCredentials()) {
      checkUnix(endpoint, "passCredentials");
    }
  }

  private static void checkUnix(Endpoint endpoint, String option) {
    if (endpoint instanceof Endpoint.Inet) {
      throw new IllegalArgumentException(option + " takes an AF_UNIX address, not " + endpoint);
    }
  }
}
