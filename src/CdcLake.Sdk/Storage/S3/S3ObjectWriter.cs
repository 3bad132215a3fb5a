using Amazon.S3;
using Amazon.S3.Model;
using CdcLake.Common;

namespace CdcLake.Storage.S3;

/// <summary>
/// An object being written: by one request when it fits into one part, else by a multipart upload whose parts are sent beside each other while more is written. What
/// is not completed is aborted, so that the store keeps no parts of it. Not thread-safe.
/// </summary>
internal sealed class S3ObjectWriter : IObjectWriter
{
    private readonly S3Connection _connection;
    private readonly S3Requests _requests;
    private readonly string _uri;
    private readonly string _name;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free;
    private readonly List<Task<PartETag>> _parts = [];
    private byte[] _buffer = [];
    private int _used;
    private string? _upload;
    private bool _isComplete;

    public S3ObjectWriter(S3Connection connection, S3Requests requests, string uri, string name)
    {
        _connection = connection;
        _requests = requests;
        _uri = uri;
        _name = name;
        _free = new SemaphoreSlim(connection.Options.MultipartThreads);
    }

    public long Length { get; private set; }

    private int PartBytes => (int)Math.Min(_connection.Options.MultipartPartSizeBytes, Array.MaxLength);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        while (!bytes.IsEmpty)
        {
            if (_used == PartBytes)
            {
                await SendPartAsync(cancellationToken).ConfigureAwait(false);
            }

            var count = Math.Min(bytes.Length, PartBytes - _used);
            Pooled.Grow(ref _buffer, _used + count, _used);
            bytes[..count].CopyTo(_buffer.AsMemory(_used));
            _used += count;
            Length += count;
            bytes = bytes[count..];
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        if (_upload is null)
        {
            await _connection.Calls.RunAsync(
                "write", _uri, async token => await _connection.Client.PutObjectAsync(_requests.Put(_name, _buffer.AsMemory(0, _used)), token).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        else
        {
            await SendPartAsync(cancellationToken).ConfigureAwait(false);
            var parts = await Task.WhenAll(_parts).WaitAsync(cancellationToken).ConfigureAwait(false);
            await CompleteUploadAsync(_upload, parts, cancellationToken).ConfigureAwait(false);
        }

        _isComplete = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(_parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // their buffers are in use until then
        if (_upload is { } upload && !_isComplete)
        {
            await AbortAsync(upload).ConfigureAwait(false);
        }

        Pooled.Return(ref _buffer);
        _free.Dispose();
        _stop.Dispose();
    }

    private async Task SendPartAsync(CancellationToken cancellationToken)
    {
        _upload ??= (await _connection.Calls.RunAsync(
            "write", _uri, async token => await _connection.Client.InitiateMultipartUploadAsync(_requests.Begin(_name), token).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false)).UploadId;
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_parts.Find(p => p.IsFaulted) is { } failed)
        {
            await failed.ConfigureAwait(false);
        }

        var (buffer, length) = (_buffer, _used);
        (_buffer, _used) = ([], 0);
        _parts.Add(SendAsync(_upload, _parts.Count + 1, buffer, length));
    }

    private async Task<PartETag> SendAsync(string upload, int number, byte[] buffer, int length)
    {
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the signature of a part is computed beside the writing of the next one
            return await _connection.Calls.RunAsync(
                "write",
                _uri,
                async token => new PartETag(await _connection.Client.UploadPartAsync(_requests.Part(_name, upload, number, buffer.AsMemory(0, length)), token).ConfigureAwait(false)),
                _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            Pooled.Return(ref buffer);
            _free.Release();
        }
    }

    private async Task CompleteUploadAsync(string upload, PartETag[] parts, CancellationToken cancellationToken)
    {
        var isRepeated = false;
        await _connection.Calls.RunAsync(
            "write",
            _uri,
            async token =>
            {
                var mayBeDone = isRepeated;
                isRepeated = true;
                try
                {
                    await _connection.Client.CompleteMultipartUploadAsync(_requests.Complete(_name, upload, parts), token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception e) when (mayBeDone && e.ErrorCode == "NoSuchUpload")
                {
                    // The answer of a former request was lost: an upload that is complete does not exist any more. Nobody else writes this name.
                    var found = await _connection.Client.GetObjectMetadataAsync(_requests.Head(_name), token).ConfigureAwait(false);
                    return found.ContentLength == Length ? true : throw new IOException($"{_uri} has {found.ContentLength} bytes instead of {Length}.");
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task AbortAsync(string upload)
    {
        try
        {
            await _connection.Calls.RunAsync(
                "abort", _uri, async token => await _connection.Client.AbortMultipartUploadAsync(_requests.Abort(_name, upload), token).ConfigureAwait(false), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            // The error that made the writing fail is the one to report. Parts that stay cost space until a lifecycle rule of the bucket removes them.
        }
    }
}
