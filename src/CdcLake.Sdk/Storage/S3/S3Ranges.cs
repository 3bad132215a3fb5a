using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace CdcLake.Storage.S3;

/// <summary>The end of an object, and what else its first answer says.</summary>
/// <param name="Length">Bytes of the object.</param>
/// <param name="ETag">Says which content it is; later ranges must be of the same.</param>
/// <param name="Bytes">Its last bytes; all of them when there are fewer than were asked for.</param>
internal sealed record S3Tail(long Length, string? ETag, byte[] Bytes);

/// <summary>Reads ranges of one object, each by one request. Safe for concurrent use.</summary>
internal sealed class S3Ranges(S3Connection connection, S3Requests requests, string uri, string name)
{
    /// <summary>Reads the end: one request tells the length and brings the footer.</summary>
    /// <exception cref="ObjectStoreException">Missing or not readable.</exception>
    public Task<S3Tail> ReadTailAsync(int length, CancellationToken cancellationToken) => connection.Calls.RunAsync(
        "read",
        uri,
        async token =>
        {
            try
            {
                return await TailAsync(new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes=-{length}")), token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return await TailAsync(null, token).ConfigureAwait(false); // an empty object has no last bytes
            }
        },
        cancellationToken);

    /// <summary>Reads a range that lies within the object.</summary>
    /// <exception cref="ObjectStoreException">Not readable any more, or another object has taken the name.</exception>
    public Task<byte[]> ReadAsync(long start, int length, string? etag, CancellationToken cancellationToken) => connection.Calls.RunAsync(
        "read",
        uri,
        async token =>
        {
            var request = requests.Get(name);
            request.ByteRange = new ByteRange(start, start + length - 1);
            request.EtagToMatch = etag;
            try
            {
                using var answer = await connection.Client.GetObjectAsync(request, token).ConfigureAwait(false);
                var bytes = await ContentAsync(answer, uri, token).ConfigureAwait(false);
                return bytes.Length == length ? bytes : throw S3Errors.Damaged("read", uri, null);
            }
            catch (AmazonS3Exception e) when (S3Errors.MeansCondition(e))
            {
                throw new ObjectStoreException($"{uri} was replaced by another object while it was being read. Files of a table are never replaced by a writer that follows the specification; read again.", e)
                {
                    IsTransient = true,
                    Code = e.ErrorCode,
                };
            }
        },
        cancellationToken);

    /// <summary>The whole content of an answer.</summary>
    /// <exception cref="IOException">It ends early.</exception>
    public static async Task<byte[]> ContentAsync(GetObjectResponse answer, string uri, CancellationToken cancellationToken)
    {
        var bytes = new byte[answer.ContentLength];
        var read = await answer.ResponseStream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == bytes.Length
            ? bytes
            : throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The content of {uri} ended after {read} of {bytes.Length} bytes."));
    }

    private async Task<S3Tail> TailAsync(ByteRange? range, CancellationToken cancellationToken)
    {
        var request = requests.Get(name);
        request.ByteRange = range;
        using var answer = await connection.Client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        var bytes = await ContentAsync(answer, uri, cancellationToken).ConfigureAwait(false);
        return new S3Tail(LengthOf(answer.ContentRange) ?? bytes.Length, answer.ETag, bytes);
    }

    /// <summary>The last number of <c>bytes 100-199/200</c>; null when the answer was the whole object.</summary>
    private static long? LengthOf(string? contentRange) =>
        contentRange is not null && long.TryParse(contentRange.AsSpan(contentRange.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
}
