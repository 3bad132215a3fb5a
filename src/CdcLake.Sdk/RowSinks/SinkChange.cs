namespace CdcLake;

/// <summary>What a commit makes of one key. Immutable; the rows may be kept.</summary>
/// <typeparam name="T">Row type of the stream.</typeparam>
/// <param name="Kind">Whether the row is added, updated or removed.</param>
/// <param name="Before">
/// The row that the target holds; the default value when it is added. Of a pipeline that began in the middle of the log it may be an older row, which the target never got.
/// </param>
/// <param name="After">The row that it is to hold; the default value when it is removed.</param>
public sealed record SinkChange<T>(ChangeKind Kind, T? Before, T? After);
