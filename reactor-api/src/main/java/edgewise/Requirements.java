package edgewise;

import edgewise.spi.Backend;
import org.jspecify.annotations.Nullable;

/** What options ask of the backend and of the address; refused before anything is opened. */
final class Requirements {
  private Requirements() {}

  static void check(Backend backend, Backend.Feature feature, String name) {
    if (!backend.has(feature)) {
      throw backend.lacks(name);
    }
  }

  static void check(Backend backend, ListenOptions how) {
    check(backend, how.connections());
    if (how.peerFilter() != null) {
      check(backend, Backend.Feature.PEER_CREDENTIALS, "a peerFilter");
    }
  }

  static void check(Backend backend, ConnectionOptions how) {
    if (how.type() == SocketType.SEQPACKET) {
      check(backend, Backend.Feature.SEQPACKET, "SEQPACKET");
    }
    if (how.maxDescriptors() > 0) {
      check(backend, Backend.Feature.DESCRIPTORS, "receiving descriptors");
    }
    if (how.passCredentials()) {
      check(backend, Backend.Feature.PEER_CREDENTIALS, "passCredentials");
    }
  }

  static void check(Backend backend, DatagramOptions how) {
    if (how.maxDescriptors() > 0) {
      check(backend, Backend.Feature.DESCRIPTORS, "receiving descriptors");
    }
    if (how.passCredentials()) {
      check(backend, Backend.Feature.PEER_CREDENTIALS, "passCredentials");
    }
  }

  static void check(@Nullable Endpoint endpoint, DatagramOptions how) {
    if (endpoint != null && how.maxDescriptors() > 0) {
      checkUnix(endpoint, "maxDescriptors");
    }
    if (endpoint != null && how.passCredentials()) {
      checkUnix(endpoint, "passCredentials");
    }
  }

  static void check(Endpoint endpoint, ListenOptions how) {
    check(endpoint, how.connections());
    if (how.peerFilter() != null) {
      checkUnix(endpoint, "a peerFilter");
    }
  }

  static void check(Endpoint endpoint, ConnectionOptions how) {
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

  private static void checkUnix(Endpoint endpoint, String option) {
    if (endpoint instanceof Endpoint.Inet) {
      throw new IllegalArgumentException(option + " takes an AF_UNIX address, not " + endpoint);
    }
  }
}
