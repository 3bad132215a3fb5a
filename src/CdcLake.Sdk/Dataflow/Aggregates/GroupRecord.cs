namespace CdcLake.Dataflow.Aggregates;

// The prefix of a group's record:
//
//   offset  size  field
//   0       8     rows of the group
//   8       8     number of the group, never used twice; 0 until its first row. Members of MIN and MAX carry it.
//   16      4     place in the epoch's list of touched groups, counted from 1; 0 between epochs
//   20      4     unused
//   24      ...   one accumulator after the other
//
// The key's bytes follow.

/// <summary>Offsets in the prefix of a group's record.</summary>
internal static class GroupRecord
{
    public const int RowCount = 0;
    public const int Number = 8;
    public const int Touched = 16;
    public const int Accumulators = 24;
}
