namespace CdcLake.Connectors;

/// <summary>A target that can be removed when the table that it is a replica of is gone.</summary>
internal interface IRemovableTarget : ISinkTarget
{
    /// <summary>Removes it with its rows; nothing happens where it is not there, or belongs to somebody else.</summary>
    /// <param name="pipeline">Name of the pipeline that it has to belong to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task RemoveAsync(string pipeline, CancellationToken cancellationToken);
}
