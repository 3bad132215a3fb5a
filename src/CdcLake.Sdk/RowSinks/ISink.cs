using System.Diagnostics.CodeAnalysis;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>
/// A target of the application's own: a database, a search index, a service. It gets whole commits, each the difference between two states that the query had at exactly one
/// position each, and is exactly once when it stores <see cref="SinkCommit{T}.Position"/> in the same atomic act as the changes. Calls come one at a time, from any thread.
/// </summary>
/// <typeparam name="T">Row type of the stream.</typeparam>
public interface ISink<[DynamicallyAccessedMembers(RowMembers.Kept)] T>
{
    /// <summary>Names the target in status and messages; different from the names of the pipeline's other sinks, and the same for ever.</summary>
    string Name { get; }

    /// <summary>A run begins, or begins anew after an error that passed.</summary>
    /// <param name="pipeline">Name of the pipeline: a target of several keeps a position for each.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>
    /// The <see cref="SinkCommit{T}.Position"/> that the target holds, also that of a commit whose answer was lost; null when it has none. The pipeline goes on exactly there.
    /// </returns>
    Task<string?> OpenAsync(string pipeline, CancellationToken cancellationToken);

    /// <summary>
    /// Stores changes and position together, all or nothing. After an exception it is asked for its position again: a <see cref="TimeoutException"/>,
    /// <see cref="IOException"/>, <see cref="HttpRequestException"/>, or a database's exception that says it is transient, is waited out; any other ends the pipeline.
    /// </summary>
    /// <param name="commit">What to store; to be read during the call only.</param>
    /// <param name="cancellationToken">Gives it up: what was not stored comes again.</param>
    Task CommitAsync(SinkCommit<T> commit, CancellationToken cancellationToken);
}
