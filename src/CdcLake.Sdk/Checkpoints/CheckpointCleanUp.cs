using CdcLake.Storage;

namespace CdcLake.Checkpoints;

// Several runs of one pipeline may write to one folder, by mistake or because one is thought dead. Who removes what:
//
//   * a run removes descriptors that it wrote or was restored from, once it has published a newer one, and any other superseded one after LeftOverAge;
//   * pieces that no descriptor names go when they are this run's, or were begun by a run one of whose descriptors it has just removed, or after LeftOverAge.
//
// Descriptors are removed first and then listed again. A run whose new checkpoint builds on a descriptor (its own or the one it was restored from) looks after
// publishing whether that is still there, and takes the new one back when it is not. So either the list shows the new descriptor, and its pieces stay, or the new
// descriptor is taken back. That needs a store that lists what was written, as local folders and today's object stores do.

/// <summary>Removes files of checkpoints that nobody will read again.</summary>
internal sealed class CheckpointCleanUp
{
    /// <summary>Age at which what another run left behind is taken for the remains of a crash.</summary>
    public static readonly TimeSpan LeftOverAge = TimeSpan.FromHours(24);

    private readonly IObjectStore _files;
    private readonly TimeProvider _clock;
    private readonly string _instance;
    private readonly Dictionary<string, CheckpointDescriptor> _known = new(StringComparer.Ordinal);

    /// <param name="files">The pipeline's folder.</param>
    /// <param name="clock">Tells ages.</param>
    /// <param name="instance">Id of this run.</param>
    public CheckpointCleanUp(IObjectStore files, TimeProvider clock, string instance)
    {
        _files = files;
        _clock = clock;
        _instance = instance;
    }

    /// <summary>Removes what <paramref name="current"/> supersedes.</summary>
    /// <param name="current">Published by this run just now.</param>
    /// <param name="previous">What it was built on: published by this run before, or restored from; null when there is none.</param>
    /// <param name="cancellationToken">Leaves the rest for the next time.</param>
    public async Task RunAsync(CheckpointDescriptor current, string? previous, CancellationToken cancellationToken)
    {
        var limit = _clock.GetUtcNow() - LeftOverAge;
        var gone = new List<CheckpointDescriptor>();
        foreach (var (name, descriptor) in await DescriptorsAsync(cancellationToken).ConfigureAwait(false))
        {
            var isOurs = name == previous || descriptor?.Instance == _instance;
            if (descriptor is not null && descriptor.Number < current.Number && (isOurs || descriptor.Time < limit))
            {
                await _files.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
                gone.Add(descriptor);
            }
        }

        var remaining = await DescriptorsAsync(cancellationToken).ConfigureAwait(false);
        var kept = remaining.Values.SelectMany(d => d?.Pieces ?? []).ToHashSet(StringComparer.Ordinal);
        var instances = gone.Select(d => d.Instance).Append(_instance).Distinct(StringComparer.Ordinal).ToList();
        var areAllRead = remaining.Values.All(d => d is not null);
        var pieces = new List<string>();
        await foreach (var name in _files.ListAsync(PieceNames.Prefix, cancellationToken).ConfigureAwait(false))
        {
            var isOurs = instances.Exists(i => PieceNames.IsOf(name, i));
            if (areAllRead && !kept.Contains(name) && (isOurs || PieceNames.TimeOf(name) < limit))
            {
                pieces.Add(name);
            }
        }

        await _files.DeleteManyAsync(pieces, cancellationToken).ConfigureAwait(false);
    }

    // A descriptor that cannot be read, null here, may name any piece: then none is removed.
    private async Task<Dictionary<string, CheckpointDescriptor?>> DescriptorsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, CheckpointDescriptor?>(StringComparer.Ordinal);
        await foreach (var name in _files.ListAsync(CheckpointDescriptor.NamePrefix, cancellationToken).ConfigureAwait(false))
        {
            if (!_known.TryGetValue(name, out var descriptor) && await _files.TryReadAsync(name, cancellationToken).ConfigureAwait(false) is { } content)
            {
                descriptor = DescriptorJson.Read(content, out _);
                if (descriptor is not null)
                {
                    _known.Add(name, descriptor);
                }
            }

            found.Add(name, descriptor);
        }

        return found;
    }
}
