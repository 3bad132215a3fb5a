using CdcLake.State.Rows;

namespace CdcLake.Upserts;

/// <summary>What a target holds already: the keys of the rows that are visible in it.</summary>
internal interface ICommittedKeys
{
    /// <summary>False for a target that only adds rows and cannot say: it holds no row that could be changed.</summary>
    bool KnowsKeys => true;

    /// <summary>Says for each key whether the target holds a row of it now, without the changes that wait in the consolidator.</summary>
    /// <param name="keys">Keys in the form of <see cref="Consolidator.KeyCodec"/>, hashes computed; each key once. Valid during the call.</param>
    /// <param name="present">One entry for each key, all false when called.</param>
    void Find(EncodedRows keys, Span<bool> present);
}
