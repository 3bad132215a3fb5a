using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;

namespace CdcLake.Storage.S3;

/// <summary>Objects below a place in a bucket. Every call repeats its requests by itself (<see cref="S3Calls"/>). Safe for concurrent use.</summary>
internal sealed class S3ObjectStore : IObjectStore
{
    private const int DeletesAtATime = 16; // round trips to a store, not processors
    private readonly S3Connection _connection;
    private readonly S3Address _address;
    private readonly S3Requests _requests;

    /// <param name="connection">The store.</param>
    /// <param name="address">Bucket and prefix.</param>
    public S3ObjectStore(S3Connection connection, S3Address address)
    {
        _connection = connection;
        _address = address;
        _requests = new S3Requests(connection.Options, address);
    }

    public bool Retries => true;

    public string UriOf(string name)
    {
        ObjectNames.Require(name, ToString());
        return _address.UriOf(name);
    }

    public string NameOf(string uri) => _address.NameOf(uri);

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var ranges = new S3Ranges(_connection, _requests, UriOf(name), name);
        return new S3ReadStream(ranges, await ranges.ReadTailAsync(S3ReadStream.TailBytes, cancellationToken).ConfigureAwait(false));
    }

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        var uri = UriOf(name);
        return _connection.Calls.RunAsync(
            "read",
            uri,
            async token =>
            {
                try
                {
                    using var answer = await _connection.Client.GetObjectAsync(_requests.Get(name), token).ConfigureAwait(false);
                    return (byte[]?)await S3Ranges.ContentAsync(answer, uri, token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception e) when (S3Errors.MeansMissing(e))
                {
                    return null;
                }
            },
            cancellationToken);
    }

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => _connection.Calls.RunAsync(
        "ask for",
        UriOf(name),
        async token =>
        {
            try
            {
                var found = await _connection.Client.GetObjectMetadataAsync(_requests.Head(name), token).ConfigureAwait(false);
                return found.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : (DateTimeOffset?)null;
            }
            catch (AmazonS3Exception e) when (S3Errors.MeansMissing(e))
            {
                return null;
            }
        },
        cancellationToken);

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectWriter>(new S3ObjectWriter(_connection, _requests, UriOf(name), name));
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => _connection.Calls.RunAsync(
        "write", UriOf(name), async token => await _connection.Client.PutObjectAsync(_requests.Put(name, content), token).ConfigureAwait(false), cancellationToken);

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var uri = UriOf(name);
        return _connection.Calls.RunAsync(
            "create",
            uri,
            async token =>
            {
                var request = _requests.Put(name, content);
                request.IfNoneMatch = "*";
                try
                {
                    await _connection.Client.PutObjectAsync(request, token).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception e) when (S3Errors.MeansCondition(e))
                {
                    // Perhaps it is ours: of a request whose answer was lost, here or in a connection below us. Content names its writer, so nobody else writes the same.
                    return await TryReadAsync(name, token).ConfigureAwait(false) is { } found && found.AsSpan().SequenceEqual(content.Span);
                }
            },
            cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => _connection.Calls.RunAsync(
        "delete", UriOf(name), async token => await _connection.Client.DeleteObjectAsync(_requests.Delete(name), token).ConfigureAwait(false), cancellationToken);

    public async Task DeleteManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 1)
        {
            await DeleteAsync(names.First(), cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var some in names.Chunk(_connection.Options.DeleteBatchSize))
        {
            var uri = $"{UriOf(some[0])} and {some.Length - 1} others";
            if (_connection.DeletesOneByOne || !await _connection.Calls.RunAsync("delete", uri, token => DeleteSomeAsync(some, token), cancellationToken).ConfigureAwait(false))
            {
                _connection.DeletesOneByOne = true;
                await Parallel.ForEachAsync(
                    some, new ParallelOptions { MaxDegreeOfParallelism = DeletesAtATime, CancellationToken = cancellationToken }, async (name, token) => await DeleteAsync(name, token).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var place = _address.UriOf(prefix);
        string? next = null;
        do
        {
            var request = _requests.List(prefix, next);
            var page = await _connection.Calls.RunAsync(
                "list", place, async token => await _connection.Client.ListObjectsV2Async(request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
            {
                if (found.Key.Length > _address.Prefix.Length && !found.Key.EndsWith('/')) // some tools make empty objects that stand for folders
                {
                    yield return found.Key[_address.Prefix.Length..];
                }
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    public override string ToString() => _address.ToString();

    /// <returns>False: the store does not take several at once.</returns>
    private async Task<bool> DeleteSomeAsync(string[] names, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.Client.DeleteObjectsAsync(_requests.DeleteMany(names), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DeleteObjectsException e) when (e.Response.DeleteErrors is [var first, ..])
        {
            throw new AmazonS3Exception($"{first.Key}: {first.Message}", e, ErrorType.Unknown, first.Code, e.RequestId, S3Errors.StatusOf(first.Code));
        }
        catch (AmazonS3Exception e) when (S3Errors.MeansNoBulkDeletes(e))
        {
            return false;
        }
    }
}
