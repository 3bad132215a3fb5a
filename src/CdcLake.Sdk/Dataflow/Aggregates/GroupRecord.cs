namespace CdcLake.Dataflow.Aggregates;

// The prefix of a group's record:
//
//   offset  size  field
//   0       8     rows of the group
//   8       4     place in the epoch's list of touched groups, counted from 1; 0 between epochs
//   12      8     number of the group, never used twice; 0 until its first row. Only where accumulators keep values under it, and in a total.
//   ...     ...   one accumulator after the other
//
// The key's bytes follow.

/// <summary>Offsets in the prefix of a group's record.</summary>
internal static class GroupRecord
{
    public const int RowCount = 0;
    public const int Touched = 8;
    public const int Number = 12;

    /// <summary>Bytes before the accumulators.</summary>
    public static int SizeWith(bool number) => number ? Number + sizeof(long) : Number;
}
