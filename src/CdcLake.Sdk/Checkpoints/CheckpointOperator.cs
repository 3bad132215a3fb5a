namespace CdcLake.Checkpoints;

/// <summary>An operator of the plan, as far as checkpoints are concerned.</summary>
/// <param name="Name">Unique within the plan.</param>
/// <param name="Fingerprint">Hash of its meaning; state of another fingerprint must not be read.</param>
/// <param name="Stores">How many state stores it has; 0 for operators without state, which count only in the comparison of plans.</param>
internal sealed record CheckpointOperator(string Name, string Fingerprint, int Stores);
