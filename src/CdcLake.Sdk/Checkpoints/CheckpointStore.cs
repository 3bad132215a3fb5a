using System.Globalization;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.State.Stores;
using CdcLake.Storage;

namespace CdcLake.Checkpoints;

/// <summary>
/// The checkpoints of one pipeline in one folder: pieces of state, and a descriptor that says which pieces belong together. The descriptor is written last and
/// atomically; what it supersedes is removed only then. A checkpoint writes what changed since the one before. One object serves one run; several runs in one folder
/// keep out of each other's way (see <see cref="CheckpointCleanUp"/>), so that whatever descriptor is found names the state of one position.
/// </summary>
internal sealed class CheckpointStore : IAsyncDisposable
{
    private readonly string _pipeline;
    private readonly string _instance = RandomIds.Uuid();
    private readonly IReadOnlyList<CheckpointOperator> _operators;
    private readonly IObjectStore _files;
    private readonly TimeProvider _clock;
    private readonly PieceNames _names;
    private readonly CheckpointCleanUp _cleanUp;
    private readonly SavedStores _saved = new();
    private ICheckpointRound? _round;
    private string? _previous;
    private long _number;
    private long _read;

    /// <param name="files">The pipeline's own folder.</param>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="operators">All operators of the plan.</param>
    /// <param name="clock">Dates files.</param>
    public CheckpointStore(IObjectStore files, string pipeline, IReadOnlyList<CheckpointOperator> operators, TimeProvider clock)
    {
        _files = files;
        _pipeline = pipeline;
        _operators = operators;
        _clock = clock;
        _names = new PieceNames(_instance);
        _cleanUp = new CheckpointCleanUp(files, clock, _instance);
    }

    /// <summary>Which tables the state is made of, as <see cref="CapturedTables"/> has it; empty where alterations are not followed.</summary>
    public string Tables { get; init; } = "";

    /// <summary>Called while a checkpoint is read back, with the bytes that were read and those of all of it.</summary>
    public Action<long, long> Restoring { get; init; } = (_, _) => { };

    private int Parts => _operators.Sum(o => o.Parts.Count());

    /// <summary>Where the newest checkpoint of a folder stands, whatever plan it is of; null when there is none that can be read.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> FindPositionAsync(IObjectStore files, CancellationToken cancellationToken) =>
        (await FindAsync(files, cancellationToken).ConfigureAwait(false))?.Position;

    /// <summary>The newest checkpoint of a folder, whatever plan it is of; null when there is none that can be read.</summary>
    public static async Task<CheckpointDescriptor?> FindAsync(IObjectStore files, CancellationToken cancellationToken) =>
        await FindNewestAsync(files, cancellationToken).ConfigureAwait(false) is { } newest && await files.TryReadAsync(newest, cancellationToken).ConfigureAwait(false) is { } content
            ? DescriptorJson.Read(content, out _)
            : null;

    /// <summary>The newest checkpoint, or null when there is none.</summary>
    /// <exception cref="PlanChangedException">It belongs to another plan; the message prints what differs.</exception>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public async Task<CheckpointDescriptor?> LoadLatestAsync(CancellationToken cancellationToken)
    {
        if (await FindNewestAsync(_files, cancellationToken).ConfigureAwait(false) is not { } newest)
        {
            return null;
        }

        var content = await _files.TryReadAsync(newest, cancellationToken).ConfigureAwait(false) ?? throw Superseded(newest);
        var descriptor = DescriptorJson.Read(content, out var damage) ?? throw Damaged(newest, damage!);
        if (PlanDiff.Print(descriptor.Operators, _operators) is { } difference)
        {
            throw new PlanChangedException(
                $"The checkpoint of pipeline \"{_pipeline}\" in {_files.UriOf(newest)} belongs to another plan than the one that was built:{difference}\n"
                + "State of the old plan cannot serve the new one. Either build the former plan again, or give the pipeline another name and its sinks other tables, "
                + "or delete the checkpoint folder and the target tables: the pipeline then rebuilds them from the source.")
            {
                WereTablesAltered = CapturedTables.WereAltered(descriptor.Tables, Tables),
            };
        }

        _number = descriptor.Number;
        _previous = newest;
        return descriptor;
    }

    /// <summary>
    /// Reads an operator's state back into its empty stores, in as many partitions as it was written in. The caller then lets the operator rebuild what depends on it; the next checkpoint goes
    /// on with these pieces.
    /// </summary>
    /// <exception cref="CheckpointException">A piece is missing or damaged; transient when another run has superseded the checkpoint meanwhile.</exception>
    public async Task RestoreAsync(CheckpointDescriptor descriptor, string operatorName, Partition partition, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var described = await ReadAsync(descriptor, operatorName, partition.Number, stores, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < stores.Count; i++)
        {
            _saved.Set(partition.PartOf(operatorName), i, new SavedStore(stores[i].Generation, described[i]));
        }
    }

    /// <summary>Reads the state of one partition into other stores than those that the next checkpoint writes.</summary>
    /// <exception cref="CheckpointException">A piece is missing or damaged; transient when another run has superseded the checkpoint meanwhile.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<CheckpointPiece>>> ReadAsync(
        CheckpointDescriptor descriptor, string operatorName, int partition, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var described = descriptor.Of(operatorName).StoresOf(partition);
        for (var i = 0; i < stores.Count; i++)
        {
            foreach (var piece in described[i])
            {
                await RestoreAsync(descriptor, piece, stores[i].Log, cancellationToken).ConfigureAwait(false);
                Restoring(_read += piece.Bytes, descriptor.TotalBytes);
            }

            if (!stores[i].Log.TryFinishLoad())
            {
                throw Damaged(described[i][^1].Name, "its records do not fit together");
            }
        }

        return described;
    }

    /// <summary>True when a checkpoint would stop a part for long, since it has much to write: <see cref="BeginHeadStart"/> comes before it then.</summary>
    public bool WantsHeadStart(IEnumerable<CheckpointPart> parts) => parts.Any(p => p.Stores.Index().Any(s => WantsHeadStart(p.Name, s.Index, s.Item)));

    public bool WantsHeadStart(string operatorName, int store, IStateStore state) =>
        (_saved.HeadStartOf(operatorName, store)?.Generation != state.Generation && NeedsWhole(operatorName, store, state) ? state.Log.UsedBytes : state.Log.UnsavedBytes) >= HeadStart.SmallLogBytes;

    /// <summary>Writes large logs, and large changes, ahead of the next checkpoint while the stages go on. What changes meanwhile can be written ahead by another one. Every part with state takes part at the same barrier.</summary>
    public HeadStart BeginHeadStart() => new(this, Parts);

    /// <summary>Starts a checkpoint. Every part with state writes to it at the same barrier; then <see cref="CommitAsync"/>, or dispose it. One at a time.</summary>
    public CheckpointRound Begin()
    {
        if (_round is not null)
        {
            throw new InvalidOperationException("The checkpoint before this one is still open.");
        }

        var round = new CheckpointRound(this, Parts);
        _round = round;
        return round;
    }

    /// <summary>Makes the checkpoint durable and the newest, then removes what it replaces.</summary>
    /// <param name="round">All parts with state have written to it.</param>
    /// <param name="position">What the state includes.</param>
    /// <param name="cancellationToken">Cancelled before the descriptor is written, the checkpoint does not exist.</param>
    /// <returns>Null when another run has removed what it builds on: then it counts for nothing, and the next one writes everything.</returns>
    public async Task<CheckpointDescriptor?> CommitAsync(CheckpointRound round, SourcePosition position, CancellationToken cancellationToken)
    {
        var written = await round.CompleteAsync(cancellationToken).ConfigureAwait(false);
        var described = _operators.Select(o => Describe(o, written)).ToArray();
        var (name, descriptor) = await PublishAsync(position, described, cancellationToken).ConfigureAwait(false);
        if (descriptor is null)
        {
            return null; // the round is abandoned by its owner
        }

        var previous = _previous;
        _previous = name;
        _round = null;
        foreach (var (part, stores) in written)
        {
            for (var i = 0; i < stores.Length; i++)
            {
                _saved.Set(part, i, stores[i]);
            }
        }

        await _cleanUp.RunAsync(descriptor, previous, cancellationToken).ConfigureAwait(false);
        return descriptor;
    }

    /// <summary>Gives up what was written ahead.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var piece in _saved.TakeHeadStarts())
        {
            await piece.Writer!.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>True when the newest checkpoint has nothing that the next one can go on with.</summary>
    internal bool NeedsWhole(string operatorName, int store, IStateStore state) => _saved[operatorName, store]?.NeedsWhole(state) != false;

    internal SavedStore? SavedOf(string operatorName, int store) => _saved[operatorName, store];

    internal Task<PieceWriter> CreateAsync(string part, int store, CancellationToken cancellationToken)
    {
        var index = 0;
        while (!_operators[index].Parts.Contains(part))
        {
            index++;
        }

        return PieceWriter.CreateAsync(_files, _names.Next(_clock.GetUtcNow(), index, store), cancellationToken);
    }

    internal void HasHeadStarts(IEnumerable<HeadStartPiece> pieces) => _saved.Add(pieces);

    internal void Forget(string operatorName, int store) => _saved.Forget(operatorName, store);

    /// <summary>The piece that was begun for a store, where its log is still the same one.</summary>
    internal async ValueTask<HeadStartPiece?> TakeHeadStartAsync(string operatorName, int store, int generation)
    {
        if (_saved.TakeHeadStart(operatorName, store) is not { Writer: { } writer } begun)
        {
            return null;
        }

        if (begun.Generation == generation)
        {
            return begun;
        }

        await writer.DisposeAsync().ConfigureAwait(false);
        return null;
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
        var stores = planned.Parts.SelectMany(p => written.GetValueOrDefault(p) ?? []).ToList();
        return stores.Count == planned.Stores * planned.Partitions
            ? new DescribedOperator(planned.Name, planned.Fingerprint, [.. stores.Select(s => s.Pieces)]) { Partitions = planned.Partitions }
            : throw new InvalidOperationException($"{planned.Name} has {planned.Stores * planned.Partitions} state stores, {stores.Count} of them wrote to the checkpoint.");
    }

    // The number is free for one writer only. Whoever removes what this one builds on removes that first and then looks for descriptors: so a look afterwards suffices.
    private async Task<(string Name, CheckpointDescriptor? Descriptor)> PublishAsync(
        SourcePosition position, DescribedOperator[] described, CancellationToken cancellationToken)
    {
        while (true)
        {
            var descriptor = new CheckpointDescriptor(++_number, _instance, _clock.GetUtcNow(), _pipeline, position.Properties, described) { Tables = Tables };
            var name = CheckpointDescriptor.FileName(_number);
            if (!await _files.TryPutNewAsync(name, DescriptorJson.Write(descriptor), cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            if (_previous is null || await _files.TryReadAsync(_previous, cancellationToken).ConfigureAwait(false) is not null)
            {
                return (name, descriptor);
            }

            await _files.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            _previous = null;
            return (name, null);
        }
    }

    private async Task RestoreAsync(CheckpointDescriptor descriptor, CheckpointPiece piece, RecordLog log, CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = await _files.OpenReadAsync(piece.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException error)
        {
            var name = CheckpointDescriptor.FileName(descriptor.Number);
            throw await _files.TryReadAsync(name, cancellationToken).ConfigureAwait(false) is null ? Superseded(name) : Damaged(piece.Name, "it is missing or not readable", error);
        }

        await using (stream.ConfigureAwait(false))
        {
            var damage = stream.Length == piece.Bytes
                ? await PieceReader.ReadAsync(stream, piece, log, cancellationToken).ConfigureAwait(false)
                : string.Create(CultureInfo.InvariantCulture, $"it has {stream.Length} bytes instead of {piece.Bytes}");
            if (damage is not null)
            {
                throw Damaged(piece.Name, damage);
            }
        }
    }

    private CheckpointException Superseded(string name) => new(
        $"The checkpoint {_files.UriOf(name)} of pipeline \"{_pipeline}\" was superseded while it was being read: another instance of the pipeline is running. "
        + "Make sure that only one runs; this one begins again with the newer checkpoint.")
    {
        IsTransient = true,
    };

    private CheckpointException Damaged(string name, string damage, Exception? inner = null) => new(
        $"The checkpoint of pipeline \"{_pipeline}\" cannot be read: {_files.UriOf(name)}: {damage}. "
        + "Delete the checkpoint folder: the pipeline then rebuilds its state from the source; what the sinks have committed is not touched.",
        inner)
    {
        IsTransient = inner is CdcLakeException { IsTransient: true },
    };

    private static async Task<string?> FindNewestAsync(IObjectStore files, CancellationToken cancellationToken)
    {
        string? newest = null;
        await foreach (var name in files.ListAsync(CheckpointDescriptor.NamePrefix, cancellationToken).ConfigureAwait(false))
        {
            newest = string.CompareOrdinal(name, newest) > 0 ? name : newest;
        }

        return newest;
    }
}
