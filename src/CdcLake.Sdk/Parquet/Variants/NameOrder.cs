namespace CdcLake.Parquet.Variants;

/// <summary>The order of the names of a metadata whose names need not be sorted. Kept from row to row, since most have the same metadata. Not thread-safe.</summary>
internal sealed class NameOrder : IComparer<int>
{
    private byte[] _metadata = [];
    private int[] _places = [];
    private bool _isSorted = true;

    /// <summary>Takes the names of the next value.</summary>
    public void Take(VariantNames names)
    {
        _isSorted = names.IsSorted;
        if (_isSorted || names.Bytes.SequenceEqual(_metadata))
        {
            return;
        }

        _metadata = names.Bytes.ToArray();
        var sorted = new int[names.Count];
        _places = new int[names.Count];
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = i;
            _ = names[i]; // malformed ones are found here, and not by the sorting
        }

        Array.Sort(sorted, this);
        for (var i = 0; i < sorted.Length; i++)
        {
            _places[sorted[i]] = i;
        }
    }

    /// <summary>Place of a name among all.</summary>
    public int PlaceOf(int number) => _isSorted ? number
        : (uint)number < (uint)_places.Length ? _places[number] : throw VariantValue.Corrupt($"name {number} of {_places.Length}");

    int IComparer<int>.Compare(int x, int y)
    {
        var names = new VariantNames(_metadata);
        return names[x].SequenceCompareTo(names[y]);
    }
}
