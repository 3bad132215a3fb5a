using CdcLake.State.Rows;

namespace CdcLake.Upserts;

/// <summary>What a target holds already: the keys of the rows that are visible in it.</summary>
internal interface ICommittedKeys
{
    /// <summary>False for a target whose keys nobody keeps: whether it holds a row of a key is then what the changes say, a row of it being there when one is withdrawn.</summary>
    bool AreKnown => true;

    /// <summary>Says for each key whether the target holds a row of it now, without the changes that wait in the consolidator.</summary>
    /// <param name="keys">Keys in the form of <see cref="Consolidator.KeyCodec"/>, hashes computed; each key once. Valid during the call.</param>
    /// <param name="present">One entry for each key, all false when called.</param>
    void Find(EncodedRows keys, Span<bool> present);
}
