/**
 * An HTTP/1.1 server on event loops; RFC 9110 and RFC 9112, strictly.
 *
 * <p>The way of a request: {@code HttpProtocol} gives each accepted connection an {@code
 * HttpConnection}, the state machine. It shows the octets to {@code RequestParser} ({@code
 * RequestLine} with {@code Target}, then {@code FieldParser}, whose lines {@code FieldRules}
 * judges) and hands the request to an {@code Exchange}, which finds the body with {@code
 * BodyDecoder} and calls the {@link edgewise.http.HttpHandler}: a {@link edgewise.http.Router}, and
 * behind it the user's handlers or a {@link edgewise.http.FileHandler}. The {@link
 * edgewise.http.Response} goes out through {@code ResponseEncoder}, one that is made piece by piece
 * through {@link edgewise.http.BodyWriter}. What is malformed ends as a {@code Refusal}.
 *
 * <p>A loop shares what its connections need in turn ({@code HttpLoop}): parser, tables and buffers
 * of a request in hand are the exchange's, borrowed by the first octet and given back with the
 * response, so that an idle connection holds none of it and a request makes no garbage.
 *
 * <p>Kinds of handlers: {@code Callee} calls one now or after the body. A response that comes later
 * is a {@code Later}, on which the exchange waits; {@link edgewise.http.BodyReceiver} takes a body
 * meanwhile. {@code BlockingHandler} is made of just these: {@code BodyPipe} is a receiver with an
 * InputStream at its other end, {@code ResponseOutput} a {@link edgewise.http.BodySource} with an
 * OutputStream.
 *
 * <p>A file on its way: {@code FileName} reads the path, {@code FileAnswers} picks a {@code
 * Variant} by {@code AcceptEncoding}, asks {@code Preconditions} with the file's {@code
 * Validators}, and {@code ByteRanges} for {@code PartialContent}; {@code FileWords} puts into
 * fields what is said of the file. {@code DirectoryListing} is the page of a directory.
 *
 * <p>An upload on its way: {@link edgewise.http.MultipartParser} cuts it with {@code
 * MultipartScanner} at its {@code Boundary}, reads each {@code PartHeader}, and writes parts with
 * {@code PartWriter}. {@link edgewise.http.AccessLog} formats {@code AccessLine}s on the loops and
 * writes them elsewhere.
 *
 * <p>{@link edgewise.http.HttpServer} puts it together; {@link edgewise.http.HttpLimits} bounds it.
 */
@NullMarked
package edgewise.http;

import org.jspecify.annotations.NullMarked;
