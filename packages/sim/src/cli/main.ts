console.log('spotcheck')
