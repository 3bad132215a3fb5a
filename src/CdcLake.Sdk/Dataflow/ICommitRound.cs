using CdcLake.Connectors;

namespace CdcLake.Dataflow;

/// <summary>One commit of a pipeline in the making: it travels in a <see cref="StreamBarrier"/>, and every durable sink takes part in it at that place of the stream.</summary>
internal interface ICommitRound
{
    /// <summary>
    /// Has the sink prepare and waits until all parts are published together, or it is clear that there is nothing to commit. No call of the sink before it ends.
    /// </summary>
    /// <param name="index">Number of the sink in the pipeline.</param>
    /// <param name="sink">The sink itself, between two epochs.</param>
    /// <param name="cancellationToken">Cancelled when another part failed; this part is abandoned then unless publication has begun.</param>
    Task TakePartAsync(int index, ISink sink, CancellationToken cancellationToken);
}
