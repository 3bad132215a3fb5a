using System.Runtime.InteropServices;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>A key and where its row lies, in memory as in files. Zeroed memory is an empty slot.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct KeySlot<TKey>
    where TKey : unmanaged, IIndexKey<TKey>
{
    public TKey Key;
    private int _file; // the ordinal plus one
    private uint _position;

    public readonly bool IsEmpty => _file == 0;

    public RowLocation Location
    {
        readonly get => new(_file - 1, _position);
        set
        {
            _file = value.File + 1;
            _position = value.Position;
        }
    }
}
