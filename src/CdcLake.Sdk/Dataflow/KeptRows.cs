using CdcLake.Columnar;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>An operator whose state can be read as the rows that it stands for. For looking into a copy at rest: nothing is asked of one that runs.</summary>
internal interface IKeepsRows
{
    /// <summary>In a fixed order.</summary>
    IReadOnlyList<KeptRows> Kept { get; }
}

/// <summary>One of the things that an operator keeps.</summary>
/// <param name="Name">Unique within the operator: <c>left</c>.</param>
/// <param name="Schema">Columns of the rows.</param>
/// <param name="Stores">Where they lie.</param>
/// <param name="Read">All rows, each as often as it is kept, in pieces that the caller owns. Between epochs only.</param>
internal sealed record KeptRows(string Name, Schema Schema, IReadOnlyList<IStateStore> Stores, Func<IEnumerable<ChangeBatch>> Read);
