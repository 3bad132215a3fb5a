using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace CdcLake.Storage.S3;

/// <summary>Requests for objects below one place, as the options say. Immutable.</summary>
/// <param name="options">Encryption, storage class.</param>
/// <param name="address">Bucket and prefix.</param>
internal sealed class S3Requests(S3Options options, S3Address address)
{
    private readonly ServerSideEncryptionMethod? _encryption = options.SseType switch
    {
        "s3" => ServerSideEncryptionMethod.AES256,
        "kms" => ServerSideEncryptionMethod.AWSKMS,
        "dsse-kms" => ServerSideEncryptionMethod.AWSKMSDSSE,
        _ => null,
    };

    private readonly S3StorageClass? _storageClass = options.StorageClass is { } named ? new S3StorageClass(named) : null;

    public GetObjectRequest Get(string name) => new() { BucketName = address.Bucket, Key = KeyOf(name) };

    public GetObjectMetadataRequest Head(string name) => new() { BucketName = address.Bucket, Key = KeyOf(name) };

    /// <summary>Signed over the whole content, not in chunks: half the work, and the store checks it.</summary>
    public PutObjectRequest Put(string name, ReadOnlyMemory<byte> content) => new()
    {
        BucketName = address.Bucket,
        Key = KeyOf(name),
        InputStream = StreamOf(content),
        UseChunkEncoding = false,
        ServerSideEncryptionMethod = _encryption,
        ServerSideEncryptionKeyManagementServiceKeyId = options.SseKey,
        StorageClass = _storageClass,
    };

    public InitiateMultipartUploadRequest Begin(string name) => new()
    {
        BucketName = address.Bucket,
        Key = KeyOf(name),
        ServerSideEncryptionMethod = _encryption,
        ServerSideEncryptionKeyManagementServiceKeyId = options.SseKey,
        StorageClass = _storageClass,
    };

    public UploadPartRequest Part(string name, string upload, int number, ReadOnlyMemory<byte> content) => new()
    {
        BucketName = address.Bucket,
        Key = KeyOf(name),
        UploadId = upload,
        PartNumber = number,
        PartSize = content.Length,
        InputStream = StreamOf(content),
        UseChunkEncoding = false,
    };

    public CompleteMultipartUploadRequest Complete(string name, string upload, IEnumerable<PartETag> parts) => new()
    {
        BucketName = address.Bucket,
        Key = KeyOf(name),
        UploadId = upload,
        PartETags = [.. parts],
    };

    public AbortMultipartUploadRequest Abort(string name, string upload) => new() { BucketName = address.Bucket, Key = KeyOf(name), UploadId = upload };

    public DeleteObjectRequest Delete(string name) => new() { BucketName = address.Bucket, Key = KeyOf(name) };

    public DeleteObjectsRequest DeleteMany(IEnumerable<string> names) => new()
    {
        BucketName = address.Bucket,
        Quiet = true,
        Objects = [.. names.Select(n => new KeyVersion { Key = KeyOf(n) })],
    };

    public ListObjectsV2Request List(string prefix, string? next) => new() { BucketName = address.Bucket, Prefix = address.Prefix + prefix, ContinuationToken = next };

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out var array)
        ? new MemoryStream(array.Array ?? [], array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);

    private string KeyOf(string name)
    {
        ObjectNames.Require(name, address.ToString());
        return address.Prefix + name;
    }
}
