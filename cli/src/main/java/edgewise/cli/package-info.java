/**
 * The {@code edgewise} command.
 *
 * <h2>The map</h2>
 *
 * <ul>
 *   <li>{@link edgewise.cli.Main} reads the command line and turns whatever goes wrong into one
 *       line and an exit code. {@code CommandLine} reads the words, {@code Option} is what a word
 *       may be, {@code Usage} the help, made of the same.
 *   <li>{@code Serve} serves a directory; {@code ListenAddress} reads its addresses and {@code
 *       PrintedAddress} prints them; {@code BackendChoice} finds its backend; {@code StopOnSignal}
 *       ends it.
 *   <li>{@code ListenSockets} has the sockets that other processes pass, {@code Start} makes of
 *       sockets what runs, a {@code RunningServer} or {@code RunningWorkers}, and {@code Service}
 *       relieves a predecessor, waits for a successor and talks to the service manager.
 *   <li>{@code Doctor} prints what works on this machine, one {@code Finding} a line, from {@code
 *       MachineFindings}, {@code BackendFindings}, {@code LimitFindings} and {@code
 *       FeatureFindings}.
 * </ul>
 *
 * Commands print to the writers that they are given, so a test reads what they print.
 */
@NullMarked
package edgewise.cli;

import org.jspecify.annotations.NullMarked;
