using System.Runtime.InteropServices;

namespace CdcLake.Upserts;

/// <summary>What the consolidator knows of one key: the prefix of the key's record. 17 bytes: with a key of 8 and its null bits a record takes 32, with one byte more for each flag 48.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
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

    private byte _flags;

    /// <summary>True when the open epoch mentions the key.</summary>
    public bool IsTouched
    {
        readonly get => (_flags & 1) != 0;
        set => Set(1, value);
    }

    /// <summary>True when ended epochs changed the key since the last commit.</summary>
    public bool IsPending
    {
        readonly get => (_flags & 2) != 0;
        set => Set(2, value);
    }

    /// <summary>True when <see cref="IsCommitted"/> is known.</summary>
    public bool IsKnown
    {
        readonly get => (_flags & 4) != 0;
        set => Set(4, value);
    }

    /// <summary>True when the target holds a row of the key.</summary>
    public bool IsCommitted
    {
        readonly get => (_flags & 8) != 0;
        set => Set(8, value);
    }

    /// <summary>True when the key has a row after the last ended epoch.</summary>
    public readonly bool Exists => IsPending ? Row != 0 : IsCommitted;

    private void Set(byte flag, bool value) => _flags = (byte)(value ? _flags | flag : _flags & ~flag);
}
