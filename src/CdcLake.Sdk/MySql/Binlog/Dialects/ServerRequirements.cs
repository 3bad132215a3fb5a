namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>What a kind of server has to be and to grant, so that its log can be read.</summary>
/// <param name="Product">Name of the kind.</param>
/// <param name="Oldest">First version whose log can be read exactly.</param>
/// <param name="Tested">For messages: versions that are tested.</param>
/// <param name="Names">For messages: first version that logs names of columns.</param>
/// <param name="SetsGtidMode">GTIDs have to be turned on.</param>
/// <param name="LogPrivilege">Grants reading where the log ends and what is left out of it.</param>
/// <param name="ReplicaPrivilege">Grants reading what a replica leaves out.</param>
/// <param name="XaPrivilege">Grants reading which XA transactions are prepared; null where nobody needs a grant.</param>
internal sealed record ServerRequirements(
    string Product, Version Oldest, string Tested, string Names, bool SetsGtidMode, string LogPrivilege, string ReplicaPrivilege, string? XaPrivilege);
