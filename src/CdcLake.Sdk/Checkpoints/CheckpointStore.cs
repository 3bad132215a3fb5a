using System.Globalization;
using CdcLake.Connectors;
using CdcLake.State;
using CdcLake.State.Stores;
using CdcLake.Storage;

namespace CdcLake.Checkpoints;

/// <summary>
/// The checkpoints of one pipeline in one folder: pieces of state, and a descriptor that says which pieces belong together. The descriptor is written last and
/// atomically; the checkpoint before it is removed only then. A checkpoint writes what changed since the one before. One object serves one running pipeline.
/// </summary>
internal sealed class CheckpointStore
{
    private readonly string _pipeline;
    private readonly IReadOnlyList<CheckpointOperator> _operators;
    private readonly Dictionary<(string Operator, int Store), SavedStore> _saved = [];
    private ICheckpointRound? _round;
    private long _number;

    /// <param name="files">The pipeline's own folder: everything in it belongs to this store.</param>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="operators">All operators of the plan.</param>
    public CheckpointStore(IObjectStore files, string pipeline, IReadOnlyList<CheckpointOperator> operators)
    {
        Files = files;
        _pipeline = pipeline;
        _operators = operators;
    }

    internal IObjectStore Files { get; }

    /// <summary>The newest checkpoint, or null when there is none.</summary>
    /// <exception cref="PlanChangedException">It belongs to another plan; the message prints what differs.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public async Task<CheckpointDescriptor?> LoadLatestAsync(CancellationToken cancellationToken)
    {
        string? newest = null;
        await foreach (var name in Files.ListAsync(CheckpointDescriptor.NamePrefix, cancellationToken).ConfigureAwait(false))
        {
            newest = string.CompareOrdinal(name, newest) > 0 ? name : newest;
        }

        if (newest is null || await Files.TryReadAsync(newest, cancellationToken).ConfigureAwait(false) is not { } content)
        {
            return null;
        }

        var descriptor = DescriptorJson.Read(content, out var damage) ?? throw Damaged(newest, damage!);
        if (PlanDiff.Print(descriptor.Operators, _operators) is { } difference)
        {
            throw new PlanChangedException(
                $"The checkpoint of pipeline \"{_pipeline}\" in {Files.UriOf(newest)} belongs to another plan than the one that was built:{difference}\n"
                + "State of the old plan cannot serve the new one. Either build the former plan again, or give the pipeline another name and its sinks other tables, "
                + "or delete the checkpoint folder and the target tables: the pipeline then rebuilds them from the source.");
        }

        _number = descriptor.Number;
        return descriptor;
    }

    /// <summary>Reads an operator's state back into its empty stores. The caller then lets the operator rebuild what depends on it.</summary>
    /// <exception cref="CheckpointException">A piece is missing or damaged.</exception>
    public async Task RestoreAsync(CheckpointDescriptor descriptor, string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var described = descriptor.Operators.First(o => o.Name == operatorName);
        for (var i = 0; i < stores.Count; i++)
        {
            foreach (var piece in described.Stores[i])
            {
                await RestoreAsync(piece, stores[i].Log, cancellationToken).ConfigureAwait(false);
            }

            if (!stores[i].Log.TryFinishLoad())
            {
                throw Damaged(described.Stores[i][^1].Name, "its records do not fit together");
            }

            _saved[(operatorName, i)] = new SavedStore(stores[i].Generation, described.Stores[i]);
        }
    }

    /// <summary>Starts a checkpoint. Every operator with state writes to it at the same epoch boundary; then <see cref="CommitAsync"/>, or dispose it. One at a time.</summary>
    public CheckpointRound Begin()
    {
        if (_round is not null)
        {
            throw new InvalidOperationException("The checkpoint before this one is still open.");
        }

        var round = new CheckpointRound(this, _number + 1, _operators.Count(o => o.Stores > 0));
        _round = round;
        return round;
    }

    /// <summary>Makes the checkpoint durable and the newest, then removes what it replaces.</summary>
    /// <param name="round">All operators with state have written to it.</param>
    /// <param name="position">What the state includes.</param>
    /// <param name="cancellationToken">Cancelled before the descriptor is written, the checkpoint does not exist.</param>
    public async Task<CheckpointDescriptor> CommitAsync(CheckpointRound round, SourcePosition position, CancellationToken cancellationToken)
    {
        var written = await round.CompleteAsync(cancellationToken).ConfigureAwait(false);
        var described = _operators.Select(o => Describe(o, written)).ToArray();
        var descriptor = new CheckpointDescriptor(round.Number, _pipeline, position.Properties, described);
        await Files.PutAsync(CheckpointDescriptor.FileName(round.Number), DescriptorJson.Write(descriptor), cancellationToken).ConfigureAwait(false);
        _number = round.Number;
        _round = null;
        foreach (var (name, stores) in written)
        {
            for (var i = 0; i < stores.Length; i++)
            {
                _saved[(name, i)] = stores[i];
            }
        }

        await RemoveOthersAsync(descriptor, cancellationToken).ConfigureAwait(false);
        return descriptor;
    }

    /// <summary>A whole checkpoint at once, while nothing else runs.</summary>
    public async Task<CheckpointDescriptor> SaveAsync(
        SourcePosition position, IEnumerable<(string Operator, IReadOnlyList<IStateStore> Stores)> state, CancellationToken cancellationToken)
    {
        var round = Begin();
        await using (round.ConfigureAwait(false))
        {
            foreach (var (name, stores) in state)
            {
                await round.WriteAsync(name, stores, cancellationToken).ConfigureAwait(false);
            }

            return await CommitAsync(round, position, cancellationToken).ConfigureAwait(false);
        }
    }

    internal SavedStore? SavedOf(string operatorName, int store) => _saved.GetValueOrDefault((operatorName, store));

    /// <summary>Names are built from numbers, since operator names hold characters that files may not.</summary>
    internal string PieceName(long number, string operatorName, int store)
    {
        var index = 0;
        while (_operators[index].Name != operatorName)
        {
            index++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"state/{number:D10}-{index:D3}-{store}.piece");
    }

    internal async ValueTask AbandonAsync(CheckpointRound round)
    {
        if (_round == round)
        {
            // Stores that wrote count as saved, but are not: the next checkpoint writes them whole.
            _round = null;
            _saved.Clear();
            await round.ReleaseAsync().ConfigureAwait(false);
        }
    }

    private static DescribedOperator Describe(CheckpointOperator planned, IReadOnlyDictionary<string, SavedStore[]> written)
    {
        var stores = written.GetValueOrDefault(planned.Name) ?? [];
        return stores.Length == planned.Stores
            ? new DescribedOperator(planned.Name, planned.Fingerprint, [.. stores.Select(s => s.Pieces)])
            : throw new InvalidOperationException($"{planned.Name} has {planned.Stores} state stores, {stores.Length} of them wrote to the checkpoint.");
    }

    private async Task RestoreAsync(CheckpointPiece piece, RecordLog log, CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = await Files.OpenReadAsync(piece.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException error)
        {
            throw Damaged(piece.Name, "it is missing or not readable", error);
        }

        await using (stream.ConfigureAwait(false))
        {
            var damage = stream.Length == piece.Bytes
                ? await PieceReader.ReadAsync(stream, piece.Bytes, log, cancellationToken).ConfigureAwait(false)
                : string.Create(CultureInfo.InvariantCulture, $"it has {stream.Length} bytes instead of {piece.Bytes}");
            if (damage is not null)
            {
                throw Damaged(piece.Name, damage);
            }
        }
    }

    private async Task RemoveOthersAsync(CheckpointDescriptor current, CancellationToken cancellationToken)
    {
        var kept = current.Operators.SelectMany(o => o.Stores).SelectMany(s => s).Select(p => p.Name)
            .Append(CheckpointDescriptor.FileName(current.Number)).ToHashSet(StringComparer.Ordinal);
        var others = new List<string>();
        foreach (var prefix in (string[])[CheckpointDescriptor.NamePrefix, "state/"])
        {
            await foreach (var name in Files.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (!kept.Contains(name))
                {
                    others.Add(name);
                }
            }
        }

        // Descriptors first: one without its pieces would be taken for damage.
        foreach (var name in others)
        {
            await Files.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    private CheckpointException Damaged(string name, string damage, Exception? inner = null) => new(
        $"The checkpoint of pipeline \"{_pipeline}\" cannot be read: {Files.UriOf(name)}: {damage}. "
        + "Delete the checkpoint folder: the pipeline then rebuilds its state from the source; what the sinks have committed is not touched.",
        inner);
}
