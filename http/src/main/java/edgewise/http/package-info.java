/**
 * An HTTP/1.1 server on event loops; RFC 9110 and RFC 9112, strictly.
 *
 * <p>The way of a request: {@code HttpProtocol} gives each accepted connection an {@code
 * HttpConnection}, the state machine. It shows the octets to {@code RequestParser} ({@code
 * RequestLine} with {@code Target}, then {@code FieldParser}, whose lines {@code FieldRules}
 * judges), finds the body with {@code BodyDecoder}, and hands a {@link edgewise.http.Request} to
 * the {@link edgewise.http.HttpHandler}: a {@link edgewise.http.Router}, and behind it the user's
 * handlers or a {@link edgewise.http.FileHandler}. The {@link edgewise.http.Response} goes out
 * through {@code ResponseEncoder}. What is malformed ends as a {@code Refusal}.
 *
 * <p>A loop shares what its connections need in turn ({@code HttpLoop}): parser, tables and buffers
 * of a request in hand are an {@code Exchange}, borrowed by the first octet and given back with the
 * response, so that an idle connection holds none of it and a request makes no garbage.
 *
 * <p>A file on its way: {@code FileName} reads the path, {@code FileAnswers} picks a {@code
 * Variant} by {@code AcceptEncoding}, asks {@code Preconditions} with the file's {@code
 * Validators}, and {@code ByteRanges} for {@code PartialContent}. {@code DirectoryListing} is the
 * page of a directory.
 *
 * <p>{@link edgewise.http.HttpServer} puts it together; {@link edgewise.http.HttpLimits} bounds it.
 */
@NullMarked
package edgewise.http;

import org.jspecify.annotations.NullMarked;
