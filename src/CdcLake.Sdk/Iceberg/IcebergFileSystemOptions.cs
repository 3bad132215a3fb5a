namespace CdcLake;

/// <summary>How the warehouse of a filesystem catalog is reached. Copied by <see cref="IcebergCatalog.FileSystem"/>, so later changes have no effect.</summary>
public sealed class IcebergFileSystemOptions
{
    /// <summary>The S3 store of a warehouse <c>s3://…</c>; also <see cref="S3Options.FromProperties"/>. A local folder needs none.</summary>
    /// <value>Default: AWS, with its own chain of credentials.</value>
    public S3Options S3 { get; set; } = new();
}
