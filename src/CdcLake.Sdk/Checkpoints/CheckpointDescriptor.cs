using System.Globalization;

namespace CdcLake.Checkpoints;

/// <summary>What a checkpoint consists of. It is written last: without it the pieces mean nothing.</summary>
/// <param name="Number">Ascending from 1.</param>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Position">Properties of the source position that the state includes.</param>
/// <param name="Operators">All operators of the plan, with the pieces of those that keep state.</param>
internal sealed record CheckpointDescriptor(
    long Number, string Pipeline, IReadOnlyDictionary<string, string> Position, IReadOnlyList<DescribedOperator> Operators)
{
    /// <summary>Changes when the layout of records, pieces or descriptor does.</summary>
    public const int Format = 1;

    public const string NamePrefix = "checkpoint-";

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{number:D10}.json");
}

/// <summary>An operator in a descriptor.</summary>
/// <param name="Name">As in the plan.</param>
/// <param name="Fingerprint">As in the plan.</param>
/// <param name="Stores">For each state store its pieces, to be read in order.</param>
internal sealed record DescribedOperator(string Name, string Fingerprint, IReadOnlyList<IReadOnlyList<CheckpointPiece>> Stores);

/// <summary>One file of state.</summary>
/// <param name="Name">Name in the store.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record CheckpointPiece(string Name, long Bytes);
