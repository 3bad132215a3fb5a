namespace CdcLake.Parquet.Format;

/// <summary>How large the Bloom filter of a column chunk becomes: as small as the wanted probability allows, but no larger than a limit.</summary>
/// <param name="Fpp">Probability with which a value that is not there seems to be.</param>
/// <param name="MaxBytes">Bytes of a filter at most.</param>
internal readonly record struct BloomFilterOptions(double Fpp, int MaxBytes);
