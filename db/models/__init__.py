"""WHAT IS KEPT: the records, one module for each concern."""

from .accounts import Account, AccountRequest, LoginFailure, PasswordReset, Session
from .applications import Application, ApplicationStep, NumberSeries, RecordBook
from .ledgers import Award, HonorCard, InsuranceCover, OtherEntry, PerformanceCertificate, ServiceHours
from .office import AccessEntry, HistoryEntry, OutgoingMail
from .places import Agency, County, Field, HostUnit, RequiredHours, ServiceCode, Team
from .trainings import Training
from .volunteers import Draft, DraftEntry, Membership, StoredFile, Volunteer

__all__ = [
    'AccessEntry',
    'Account',
    'AccountRequest',
    'Agency',
    'Application',
    'ApplicationStep',
    'Award',
    'County',
    'Draft',
    'DraftEntry',
    'Field',
    'HistoryEntry',
    'HonorCard',
    'HostUnit',
    'InsuranceCover',
    'LoginFailure',
    'Membership',
    'NumberSeries',
    'OtherEntry',
    'OutgoingMail',
    'PasswordReset',
    'PerformanceCertificate',
    'RecordBook',
    'RequiredHours',
    'ServiceCode',
    'ServiceHours',
    'Session',
    'StoredFile',
    'Team',
    'Training',
    'Volunteer',
]
