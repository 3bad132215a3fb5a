using System.Runtime.InteropServices;

namespace CdcLake.Upserts;

/// <summary>What the consolidator knows of one key: the prefix of the key's record.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PendingKey
{
    /// <summary>The row after the last ended epoch, or 0 when there is none or nothing is pending.</summary>
    public uint Row;

    /// <summary>First row that the open epoch added and did not withdraw again, or 0.</summary>
    public uint Added;

    /// <summary>First row that the open epoch withdrew and did not add, or 0.</summary>
    public uint Withdrawn;

    /// <summary>The row that the target holds, as the first change since the last commit withdrew it, or 0; kept only when changes are <see cref="TargetKnowledge.Believed"/>.</summary>
    public uint Old;

    /// <summary>1 when the open epoch mentions the key.</summary>
    public byte IsTouched;

    /// <summary>1 when ended epochs changed the key since the last commit.</summary>
    public byte IsPending;

    /// <summary>1 when <see cref="IsCommitted"/> is known.</summary>
    public byte IsKnown;

    /// <summary>1 when the target holds a row of the key.</summary>
    public byte IsCommitted;

    /// <summary>True when the key has a row after the last ended epoch.</summary>
    public readonly bool Exists => IsPending != 0 ? Row != 0 : IsCommitted != 0;
}
