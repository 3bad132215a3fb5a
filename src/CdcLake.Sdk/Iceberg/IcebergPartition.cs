namespace CdcLake;

/// <summary>The files of a snapshot in one partition.</summary>
/// <param name="SpecId">Partition spec, which tells the fields.</param>
/// <param name="Values">Value of each field, null included; empty in an unpartitioned table.</param>
/// <param name="DataFiles">How many.</param>
/// <param name="Records">Rows in them, deleted ones included.</param>
/// <param name="DataBytes">Bytes of them.</param>
/// <param name="DeleteFiles">Delete files and deletion vectors.</param>
public sealed record IcebergPartition(int SpecId, IReadOnlyDictionary<string, object?> Values, int DataFiles, long Records, long DataBytes, int DeleteFiles);
